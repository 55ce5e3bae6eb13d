metadata description = 'Sign-in with Entra ID in front of the app. With it, those who are named can lift the guard over HTTP; a function key, which is nobody\'s, never can.'

@description('The name of the app.')
param appName string

@description('The application id of an Entra ID application that stands for the app.')
@minLength(36)
@maxLength(36)
param clientId string

@description('The object ids of the people and applications that may call.')
@minLength(1)
param allowedPrincipals string[]

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

// https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad
resource signIn 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [clientId, 'api://${clientId}']
          // Without it, everybody in the tenant could lift the guard.
          defaultAuthorizationPolicy: {
            allowedPrincipals: {
              identities: allowedPrincipals
            }
          }
        }
      }
    }
    // Callers bring tokens; none is kept for them.
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}
